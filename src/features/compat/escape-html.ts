const ENTITIES: Readonly<Record<string, string>> = {
  '"': '&quot;',
  '&': '&amp;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
}

/** Escapes text for HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/["&'<>]/g, (char) => ENTITIES[char]!)
}
