/** The networks between a lab's hosts, as OpenStack-Ansible's documents have them; the first host is number 11. */
export const managementNetwork = '172.29.236.0/22'
export const tunnelNetwork = '172.29.240.0/22'

/** Where a lab's nova-api-metadata stands where the topology says nothing else. */
export const managementAddress = '172.29.236.11'
