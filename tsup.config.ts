import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type Options } from 'tsup'

export const entry = {
  index: 'src/index.ts',
  adaptor: 'adaptor/index.ts',
  router: 'src/features/router/index.ts',
  compat: 'src/features/compat/index.ts',
  compress: 'src/features/compress/index.ts',
  fs: 'src/features/fs/index.ts',
  prefork: 'src/features/prefork/index.ts',
  proxy: 'src/features/proxy/index.ts',
  reuseport: 'src/features/reuseport/index.ts',
  websocket: 'src/features/websocket/index.ts',
  sse: 'src/features/sse/index.ts',
  http2: 'src/features/http2/index.ts',
  expvarhandler: 'src/features/expvarhandler/index.ts',
  pprofhandler: 'src/features/pprofhandler/index.ts',
  metrics: 'src/features/metrics/index.ts',
  fasthttputil: 'src/features/fasthttputil/index.ts',
}

const common: Options = {
  entry,
  target: 'node20',
  // Pools and error classes must exist once per format, whichever sub-path is imported first.
  splitting: true,
  sourcemap: true,
  // tsup sets `baseUrl` itself, which TypeScript 6 reports as deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
}

/** Writes the licenses of the packages that are part of the output. */
const licenses: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'licenses',
  setup(build) {
    build.initialOptions.metafile = true
    build.onEnd(({ metafile }) => {
      const inputs = Object.keys(metafile?.inputs ?? {})
      const found = inputs.map((path) => /.*node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(path))
      const folders = new Map(found.flatMap((match) => (match ? [[match[1]!, match[0]]] : [])))
      const texts = [...folders].sort().map(([name, folder]) => {
        const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
        return `## ${name}\n\n${readFileSync(join(folder, file!), 'utf8').trim()}\n`
      })
      mkdirSync('dist', { recursive: true })
      writeFileSync('dist/THIRD-PARTY-LICENSES.md', texts.join('\n'))
    })
  },
}

export default defineConfig(() => {
  // Not by `clean`: the formats are built at the same time.
  rmSync('dist', { recursive: true, force: true })
  return [
    { ...common, format: 'esm' },
    {
      ...common,
      format: 'cjs',
      // They ask for `node:assert`, which test runners that know no `exports` either cannot find: Jest before 27.
      noExternal: ['find-my-way', '@fastify/busboy'],
      esbuildPlugins: [licenses],
      // The browser that Jest before 27 simulates by default has none.
      banner: { js: "const { TextDecoder, TextEncoder } = require('util')" },
    },
  ]
})
