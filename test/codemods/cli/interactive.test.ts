import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { service, TestProject } from '../helpers/project.js'

let project: TestProject
beforeEach(() => {
  project = new TestProject(service('a'))
})
afterEach(() => project.remove())

/** A terminal at which somebody types these lines. */
function typing(...lines: string[]): PassThrough & { isTTY: boolean } {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  input.end(lines.map((each) => `${each}\n`).join(''))
  return input
}

async function answer(...lines: string[]): Promise<{ out: string; asked: string[]; code: number }> {
  const { out, code } = await project.migrate({ interactive: true }, { input: typing(...lines) })
  return { out, code, asked: [...out.matchAll(/Convert (.*?)\?/g)].map((each) => each[1]!) }
}

describe('--interactive', () => {
  test('shows the diff of each file and converts what is agreed to', async () => {
    const { asked, out, code } = await answer('y', 'y', 'y')
    expect(asked).toEqual(['a/answer.js', 'a/index.js', 'a/users.js'])
    expect(out).toContain('+app.get(')
    expect(out.indexOf('+++ b/a/answer.js')).toBeLessThan(out.indexOf('Convert a/answer.js'))
    expect(project.read('a/users.js')).toContain('(ctx)')
    expect(project.read('package.json')).toContain('fasthttp')
    expect(code).toBe(0)
  })

  test('all agrees to the rest', async () => {
    expect((await answer('a')).asked).toEqual(['a/answer.js'])
    expect(project.read('a/users.js')).toContain('(ctx)')
  })

  test('what depends on a refused file is planned anew and asked about again', async () => {
    const { asked, out } = await answer('y', 'y', 'n', 'y', 'y')
    expect(asked.slice(0, 3)).toEqual(['a/answer.js', 'a/index.js', 'a/users.js'])
    expect(out).toContain('changed since you agreed')
    expect(project.read('a/users.js')).toContain('(req, res)')
    expect(project.read('a/answer.js')).toContain('(res, value)')
  })

  test('refused files stay as they are, and so does the tree when all are', async () => {
    const before = project.all()
    await answer('n', 'n', 'n', 'n', 'n')
    expect(project.all()).toEqual(before)
  })

  test.each([['q'], ['Q'], []])('%j ends with what was seen and agreed to', async (...lines) => {
    const before = project.all()
    const { asked } = await answer(...lines)
    expect(asked).toHaveLength(1)
    expect(project.all()).toEqual(before)
  })

  test('what was agreed to before quit is only written as it was seen', async () => {
    const { out } = await answer('y', 'y', 'q')
    expect(project.read('a/users.js')).toContain('(req, res)')
    // answer.js cannot change while users.js calls it with res.
    expect(project.read('a/answer.js')).toContain('(res, value)')
    expect(out).toContain('Convert a/users.js')
  })

  test('units decided before quit are written', async () => {
    for (const [name, text] of Object.entries(service('b'))) project.write(name, text)
    await answer('y', 'y', 'y', 'q')
    expect(project.read('a/index.js')).toContain('new App()')
    expect(project.read('b/index.js')).toContain('express()')
  })

  test('other answers are explained', async () => {
    const { out, asked } = await answer('?', 'maybe', 'a')
    expect(asked).toEqual(['a/answer.js', 'a/answer.js', 'a/answer.js'])
    expect(out).toContain('leave this file and all that follow')
  })

  test('a standard input that is no terminal is refused before anything is read', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: false })
    await expect(project.migrate({ interactive: true }, { input })).rejects.toMatchObject({
      code: 'FH_MIGRATE_NO_TERMINAL',
    })
    await expect(project.migrate({ interactive: true })).rejects.toThrow(/no terminal/)
  })
})
