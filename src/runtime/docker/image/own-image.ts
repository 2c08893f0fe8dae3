import { describeImage } from './describe-image.ts'
import type { ImageContent } from './image-content.ts'

let content: Promise<ImageContent> | null = null

/** Lab's own image, looked at once where nothing is missing. Throws LabError as `describeImage` does. */
export async function ownImage(): Promise<ImageContent> {
  const described = content ?? describeImage()
  content = described
  try {
    return await described
  } catch (error) {
    content = null
    throw error
  }
}
