import { describeImage } from './describe-image.ts'
import type { ImageContent } from './image-content.ts'

let content: Promise<ImageContent> | null = null

/** Lab's own image, looked at once. Throws LabError as `describeImage` does. */
export function ownImage(): Promise<ImageContent> {
  content ??= describeImage()
  return content
}
