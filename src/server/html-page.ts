const ENTITIES: Readonly<Record<string, string>> = {
  '"': '&quot;',
  '&': '&amp;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
}

/** Escapes text for HTML with the entities that Express's pages have; Go's are those of `htmlEscape`. */
export function escapeHtml(text: string): string {
  return text.replace(/["&'<>]/g, (char) => ENTITIES[char]!)
}

/** The page that Express and its packages answer errors and redirects with. */
export function htmlPage(title: string, text: string): string {
  return (
    `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${escapeHtml(title)}</title>\n</head>\n` +
    `<body>\n<pre>${escapeHtml(text)}</pre>\n</body>\n</html>\n`
  )
}
