/** Where a lab's nova-api-metadata stands, on the management network of its host. */
export const managementAddress = '172.29.236.11'
