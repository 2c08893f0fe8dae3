/** Reason phrases of the statuses that the agent and the API send. */
export const reasonPhrases: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** `404 Not Found`. */
export function formatStatus(status: number): string {
  return `${status} ${reasonPhrases[status] ?? 'Unknown'}`
}

/** WebOb's own explanation of a status, used where none is given. */
export const defaultExplanations: Readonly<Record<number, string>> = {
  400: 'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  403: 'Access was denied to this resource.',
  404: 'The resource could not be found.',
  409: 'There was a conflict when trying to complete your request.',
  500: 'The server has either erred or is incapable of performing the requested operation.',
  502: 'Bad gateway.',
  503: 'The server is currently unavailable. Please try again at a later time.',
  504: 'The gateway has timed out.',
}

/** What both services say where they do not want to say more. */
export const unknownError = 'An unknown error has occurred. Please try your request again.'
