/** Where a guest asks for metadata, and where in qdhcp it is answered. */
export const metadataAddress = '169.254.169.254'

/** Link-local, so that no route is needed; Neutron serves it since Victoria. */
export const metadataAddressIpv6 = 'fe80::a9fe:a9fe'

export const metadataPort = 80
