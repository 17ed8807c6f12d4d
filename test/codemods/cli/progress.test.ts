import { expect, test } from 'vitest'
import { showProgress } from '../../../codemods/cli/progress.js'

test('a log gets a line now and then', () => {
  const log: string[] = []
  let now = 0
  const line = showProgress({
    total: 30,
    terminal: false,
    log: (text) => log.push(text),
    now: () => now,
  })
  line.advance(10)
  now = 11_000
  line.advance(10)
  line.advance(10)
  line.stop()
  expect(log).toEqual(['fh-migrate: 20 of 30 files\n'])
})
