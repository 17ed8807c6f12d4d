import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
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
  },
  format: ['esm', 'cjs'],
  target: 'node20',
  // Pools and error classes must exist once per format, whichever sub-path is imported first.
  splitting: true,
  sourcemap: true,
  clean: true,
  // tsup sets `baseUrl` itself, which TypeScript 6 reports as deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
})
