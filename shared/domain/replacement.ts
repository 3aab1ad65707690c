/**
 * True when the text holds U+FFFD, which stands for what could not be converted to Unicode, or half a surrogate
 * pair, which no reader of UTF-8 will take for what it was. https://www.unicode.org/faq/utf_bom.html#utf16-7
 */
export function hasReplacement(text: string): boolean {
  return text.includes('\uFFFD') || !text.isWellFormed();
}
