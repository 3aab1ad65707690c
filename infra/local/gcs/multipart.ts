import { HttpError } from './errors.ts';

interface Insert {
  readonly metadata: {
    readonly name?: string;
    readonly contentType?: string;
    readonly crc32c?: string;
  };
  readonly content: Buffer;
}

/**
 * Splits `multipart/related` into its JSON and its content
 * (https://cloud.google.com/storage/docs/uploading-objects#rest-upload-objects). Any other content type is the
 * content's own: a simple upload.
 */
export function parseMultipart(contentType: string, body: Buffer): Insert {
  const boundary = /^multipart\/related;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return { metadata: { contentType }, content: body };
  const separator = `\r\n--${boundary}`;
  const second = body.indexOf(separator);
  const last = body.lastIndexOf(`${separator}--`);
  if (second < 0 || last <= second) throw new HttpError(400, 'Malformed multipart body.');
  const metadata = JSON.parse(String(afterHeaders(body.subarray(0, second))));
  const part = body.subarray(second, last);
  const declared = /content-type: *([^\r\n]+)/i.exec(String(part.subarray(0, 1000)))?.[1];
  return { metadata: { contentType: declared, ...metadata }, content: afterHeaders(part) };
}

function afterHeaders(part: Buffer): Buffer {
  const end = part.indexOf('\r\n\r\n');
  if (end < 0) throw new HttpError(400, 'Malformed multipart part.');
  return part.subarray(end + 4);
}
