import process from 'node:process'

/** In each process of ava's: it goes with ava, however that ends, and brings up no more labs. */
process.once('disconnect', () => process.exit(1))
