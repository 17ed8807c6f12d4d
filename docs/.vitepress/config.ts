import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig, type DefaultTheme } from 'vitepress'

/** The pages of a folder as sidebar entries, by their first heading; `first` come first, in that order. */
function pages(folder: string, first: string[] = []): DefaultTheme.SidebarItem[] {
  const url = new URL(`../${folder}/`, import.meta.url)
  const names = readdirSync(url)
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -3))
  const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length)
  names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
  return names.map((name) => ({
    text: /^# (.+)$/m.exec(readFileSync(new URL(`${name}.md`, url), 'utf8'))?.[1] ?? name,
    link: `/${folder}/${name === 'index' || name === 'README' ? '' : name}`,
  }))
}

const GUIDES = [
  'getting-started',
  'migration',
  'cookbook',
  'how-it-works',
  'performance',
  'security',
  'production',
  'faq',
]

export default defineConfig({
  title: 'fasthttp for Node.js',
  description: "Go's fasthttp in TypeScript: an HTTP server and client, and a way to move there",
  lastUpdated: false,
  cleanUrls: true,
  rewrites: { 'examples/README.md': 'examples/index.md' },
  markdown: { languageAlias: { console: 'sh' } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guides', link: '/guides/getting-started' },
      { text: 'Reference', link: '/reference/server' },
      { text: 'Migration', link: '/codemods/' },
      { text: 'Benchmarks', link: '/benchmarks' },
    ],
    sidebar: [
      { text: 'Guides', items: pages('guides', GUIDES) },
      { text: 'Reference', collapsed: true, items: pages('reference', ['server', 'request-ctx']) },
      { text: 'Converting an app', collapsed: true, items: pages('codemods', ['index']) },
      { text: 'Lint rules', collapsed: true, items: pages('rules', ['index']) },
      {
        text: 'More',
        items: [
          { text: 'Examples', link: '/examples/' },
          { text: 'Benchmarks', link: '/benchmarks' },
          { text: 'Contributing', link: '/contributing' },
        ],
      },
    ],
  },
})
