// Starts a script with a free port in PORT and asks it for `/`.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'

const probe = createServer().listen(0)
await new Promise((resolve) => probe.once('listening', resolve))
const { port } = probe.address()
await new Promise((resolve) => probe.close(resolve))

const child = spawn(process.execPath, [process.argv[2]], {
  env: { ...process.env, PORT: String(port) },
  stdio: 'inherit',
})
for (let attempt = 0; ; attempt++) {
  try {
    const response = await fetch(`http://localhost:${port}/`, { headers: { 'User-Agent': 'ci' } })
    assert.equal(await response.text(), 'hello ci')
    break
  } catch (error) {
    if (attempt === 100 || error instanceof assert.AssertionError) throw error
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
child.kill()
console.log('the migrated app answers')
