/** In the agent's own words, which neutron-ns-metadata-proxy shares: nova cannot be reached. */
export const novaDown =
  'The remote metadata server is temporarily unavailable. Please try again later.'

/** Nova, or to the proxy its agent, has answered with a 500. */
export const novaFailed = 'Remote metadata server experienced an internal server error.'
