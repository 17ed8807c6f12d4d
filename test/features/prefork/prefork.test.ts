import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { isChild, Prefork, type PreforkOptions } from '../../../src/features/prefork/index.js'
import { Server } from '../../../src/index.js'
import { hasReusePort } from '../../../src/net/reuse-port.js'
import { Load } from './load.js'
import { Program, type Form } from './run-program.js'

const folder = fileURLToPath(new URL('../../../.tmp/prefork', import.meta.url))
mkdirSync(folder, { recursive: true })

const running: Program[] = []
async function start(settings: object = {}, form: Form = 'mjs'): Promise<Program> {
  const program = await Program.start(settings, form)
  running.push(program)
  return program
}
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.process.kill('SIGTERM')
    await program.ended
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function get(port: number, path = '/'): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let body = ''
      response.on('data', (text) => (body += String(text)))
      response.on('end', () => resolve(body))
    })
    request.on('error', reject)
  })
}

/** Ends a worker, once one listens. */
async function crashOne(port: number): Promise<void> {
  for (;;) {
    const code = await get(port, '/crash').catch((err: NodeJS.ErrnoException) => err.code)
    if (code === 'ECONNRESET') return
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  return port
}

/** Is the process there? */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('workers', () => {
  test.each(['mjs', 'cjs', 'tsx'] as const)('serve and stop: %s', async (form) => {
    const program = await start({ workers: 2 }, form)
    const { port, pids } = await program.ready()
    expect(pids).toHaveLength(2)
    expect(pids.map(String)).toContain(await get(port))
    expect(pids).not.toContain(program.process.pid)
    program.process.kill('SIGTERM')
    expect(await program.ended).toBe(0)
    // Both the workers and the master went on after listenAndServe.
    const ends = program.events.filter(({ event }) => event === 'end')
    expect(ends.map(({ pid }) => pid).sort()).toEqual([...pids, program.process.pid].sort())
  })

  test('there is one per core by default', async () => {
    const program = await start()
    const { pids } = await program.ready()
    expect(pids).toHaveLength(availableParallelism())
    expect(program.events.filter(({ event }) => event === 'spawn').map((e) => e['child'])).toEqual(
      pids
    )
  })

  test('all of them get connections', async () => {
    const program = await start({ workers: 2 })
    const { port, pids } = await program.ready()
    const seen = new Set<string>()
    while (seen.size < 2) seen.add(await get(port))
    expect([...seen].sort()).toEqual(pids.map(String).sort())
  })

  test('TLS', async () => {
    const program = await start({ workers: 1, tls: true })
    const { port, pids } = await program.ready()
    const answer = await new Promise((resolve, reject) => {
      https
        .get({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false }, (response) =>
          response.on('data', (text) => resolve(String(text)))
        )
        .on('error', reject)
    })
    expect(answer).toBe(String(pids[0]))
  })

  test('IPv6', async () => {
    const program = await start({ workers: 1, addr: '[::1]:0', network: 'tcp6' })
    const { address } = await program.event('ready')
    expect(address).toMatchObject({ address: '::1', family: 'IPv6' })
  })
})

describe('restart', () => {
  test.each([1, 2])('fails no request under load, %d workers', async (workers) => {
    const program = await start({ workers })
    const { port, pids } = await program.ready()
    const load = new Load(port, ['/', '/', '/', '/slow?ms=5', '/slow?ms=50'])
    for (let round = 1; round <= 2; round++) {
      program.process.kill('SIGUSR2')
      await program.event('restarted', round)
    }
    const { requests, failures, closes, pids: seen } = await load.stop()
    expect(failures).toEqual([])
    expect(requests).toBeGreaterThan(10)
    expect(closes).toBeGreaterThan(0)
    expect(seen.size).toBeGreaterThan(workers)
    for (const pid of pids) expect(isAlive(pid)).toBe(false)
    expect(pids.map(String)).not.toContain(await get(port))
  })

  test('SIGHUP starts one', async () => {
    const program = await start({ workers: 1 })
    const { port, pids } = await program.ready()
    program.process.kill('SIGHUP')
    await program.until('the end of the worker', () =>
      program.log.includes(`worker ${pids[0]} exited with code 0`)
    )
    const spawned = await program.event('spawn', 2)
    expect(await get(port)).toBe(String(spawned['child']))
  })

  test('a request that is running is answered', async () => {
    const program = await start({ workers: 1 })
    const { port, pids } = await program.ready()
    const answer = get(port, '/slow?ms=1000')
    program.process.kill('SIGUSR2')
    expect(await answer).toBe(String(pids[0]))
    await program.event('restarted')
  })

  test('a handler that goes on and on is told by ctx.signal', async () => {
    const program = await start({ workers: 1 })
    const { port, pids } = await program.ready()
    const answer = get(port, '/until-told')
    // The worker has the request when it has answered a later one.
    await get(port)
    program.process.kill('SIGUSR2')
    expect(await answer).toBe(String(pids[0]))
    await program.event('restarted')
  })

  test('a worker that does not end is killed', async () => {
    const program = await start({ workers: 1, shutdownGracePeriod: 300 })
    const { port, pids } = await program.ready()
    const answer = get(port, '/slow?ms=60000').catch((err: NodeJS.ErrnoException) => err.code)
    await get(port)
    program.process.kill('SIGUSR2')
    await program.event('restarted')
    expect(await answer).toBe('ECONNRESET')
    expect(program.log).toContain(`worker ${pids[0]} was ended by SIGKILL`)
  })

  test('when new workers do not come up, the old ones go on', async () => {
    const program = await start({ workers: 2 })
    const { port, pids } = await program.ready()
    program.process.kill('SIGPIPE')
    const { code } = await program.event('not restarted')
    expect(code).toBe('FH_ERR_WORKER_START')
    for (const pid of pids) expect(isAlive(pid)).toBe(true)
    expect(pids.map(String)).toContain(await get(port))
    expect(program.events.filter(({ event }) => event === 'recover')).toEqual([])
  })
})

describe('recovery', () => {
  test('a worker that crashed is replaced', async () => {
    const program = await start({ workers: 2, recoverInterval: 10 })
    const { port } = await program.ready()
    await expect(get(port, '/crash')).rejects.toMatchObject({ code: 'ECONNRESET' })
    const { old, fresh } = await program.event('recover')
    expect(program.log).toContain(`worker ${old} exited with code 3`)
    while ((await get(port)) !== String(fresh));
    expect(program.events.filter(({ event }) => event === 'ready')).toHaveLength(1)
  })

  test('all workers may end at once: others serve the same port', async () => {
    const program = await start({ workers: 2, recoverThreshold: 100 })
    const { port, pids } = await program.ready()
    let current = pids
    for (let round = 1; round <= 2; round++) {
      for (const pid of current) process.kill(pid, 'SIGKILL')
      await program.event('recover', 2 * round)
      const recovered = program.events.filter(({ event }) => event === 'recover').slice(-2)
      current = recovered.map(({ fresh }) => fresh as number)
      const seen = new Set<string>()
      while (seen.size < 2)
        await get(port).then(
          (pid) => seen.add(pid),
          () => {}
        )
      expect([...seen].sort()).toEqual(current.map(String).sort())
    }
  })

  test.each([
    [{ workers: 2 }, 2],
    [{ workers: 4 }, 3],
    [{ workers: 1, recoverThreshold: 0 }, 1],
    [{ workers: 1, recoverThreshold: 3 }, 4],
  ])('%j: crash %d ends them all', async (settings, crashes) => {
    const program = await start({ ...settings, addr: `127.0.0.1:${await freePort()}` })
    const { port } = await program.ready()
    for (let crash = 1; crash <= crashes; crash++) {
      await crashOne(port)
      if (crash < crashes) await program.event('recover', crash)
    }
    expect(await program.event('failed')).toMatchObject({ code: 'FH_ERR_OVER_RECOVERY' })
    expect(await program.ended).toBe(1)
    for (const { event, child } of program.events) {
      if (event === 'spawn') expect(isAlive(child as number)).toBe(false)
    }
  })

  test('workers that never come up end it', async () => {
    const program = await start({ workers: 1, recoverThreshold: 2, crashAtStart: true })
    expect(await program.event('failed')).toMatchObject({ code: 'FH_ERR_OVER_RECOVERY' })
    expect(program.events.filter(({ event }) => event === 'spawn')).toHaveLength(3)
    expect(program.events.filter(({ event }) => event === 'ready')).toEqual([])
  })

  test('a shutdown does not wait for recoverInterval', async () => {
    const program = await start({ workers: 1, recoverInterval: 3_600_000 })
    const { port } = await program.ready()
    await get(port, '/crash').catch(() => {})
    await program.until('the end of the worker', () => program.log.includes('exited with code 3'))
    program.process.kill('SIGINT')
    expect(await program.ended).toBe(0)
  })

  test('an address in use is said at once', async () => {
    const other = net.createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as net.AddressInfo
    const program = await start({ workers: 2, addr: `127.0.0.1:${port}` })
    expect(await program.event('failed')).toMatchObject({
      code: 'FH_ERR_WORKER_START',
      cause: 'EADDRINUSE',
    })
    other.close()
  })
})

describe('shutdown', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s: a running request is answered', async (signal) => {
    const program = await start({ workers: 1 })
    const { port, pids } = await program.ready()
    const answer = get(port, '/slow?ms=500')
    await get(port)
    program.process.kill(signal)
    expect(await answer).toBe(String(pids[0]))
    expect(await program.ended).toBe(0)
    await expect(get(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test.each([1, 2, 3])('ends workers that are about to start: after spawn %d', async (nth) => {
    const program = await start({ workers: 3, shutdownGracePeriod: 3_600_000 })
    await program.event('spawn', nth)
    program.process.kill('SIGTERM')
    expect(await program.ended).toBe(0)
    expect(program.log).not.toContain('SIGKILL')
  })

  test('idle connections do not delay it', async () => {
    const program = await start({ workers: 1, shutdownGracePeriod: 3_600_000 })
    const { port } = await program.ready()
    const idle = net.connect(port, '127.0.0.1')
    idle.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(idle, 'data')
    program.process.kill('SIGTERM')
    expect(await program.ended).toBe(0)
    idle.destroy()
  })

  test('when the master is gone, workers answer what they were asked and end', async () => {
    const file = `${folder}/orphans`
    const program = await start({ workers: 1, file })
    const { port, pids } = await program.ready()
    const answer = get(port, '/slow?ms=500')
    await get(port)
    program.process.kill('SIGKILL')
    expect(await answer).toBe(String(pids[0]))
    while (isAlive(pids[0]!)) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(existsSync(file) && readFileSync(file, 'utf8')).toBe('master died\nworker ended\n')
  })
})

describe.runIf(hasReusePort)('reuseport', () => {
  test('every worker listens by itself', async () => {
    const program = await start({
      workers: 2,
      reuseport: true,
      addr: `127.0.0.1:${await freePort()}`,
    })
    const { port, pids } = await program.ready()
    const seen = new Set<string>()
    while (seen.size < 2) seen.add(await get(port))
    expect([...seen].sort()).toEqual(pids.map(String).sort())
    program.process.kill('SIGUSR2')
    await program.event('restarted')
    expect(pids.map(String)).not.toContain(await get(port))
  })

  test('needs a port', async () => {
    const prefork = new Prefork(new Server({ handler() {} }), { reuseport: true })
    await expect(prefork.listenAndServe('127.0.0.1:0')).rejects.toMatchObject({
      code: 'FH_ERR_INVALID_OPTION',
    })
  })
})

test.runIf(!hasReusePort)('reuseport shares the port all the same', async () => {
  const program = await start({ workers: 2, reuseport: true })
  const { port, pids } = await program.ready()
  expect(pids.map(String)).toContain(await get(port))
})

test('isChild is false elsewhere', () => {
  expect(isChild()).toBe(false)
})

test.each<[string, PreforkOptions]>([
  ['network', { network: 4 as never }],
  ['workers 0', { workers: 0 }],
  ['workers in halves', { workers: 1.5 }],
  ['recoverThreshold', { recoverThreshold: -1 }],
  ['recoverInterval', { recoverInterval: NaN }],
  ['reuseport', { reuseport: 1 as never }],
])('FH_ERR_INVALID_OPTION: %s', (_name, options) => {
  expect(() => new Prefork(new Server({ handler() {} }), options)).toThrow(
    expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
  )
})
