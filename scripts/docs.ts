import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderMetadataPath } from './render-metadata-path.ts'

/** Writes the pages that are made of the code. */
const path = fileURLToPath(new URL('../docs/metadata-path.md', import.meta.url))
mkdirSync(dirname(path), { recursive: true })
writeFileSync(path, renderMetadataPath())
