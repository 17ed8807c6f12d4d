import cliProgress from 'cli-progress'

/** Shows how many files are done: a bar on a terminal, now and then a line in a log. */
export interface ProgressLine {
  advance(files: number): void
  stop(): void
}

const LOG_EVERY_MS = 10_000

export interface ProgressOptions {
  total: number
  /** Standard error is a terminal. */
  terminal: boolean
  log: (line: string) => void
  now?: () => number
}

export function showProgress(options: ProgressOptions): ProgressLine {
  return options.terminal ? bar(options) : lines(options)
}

function bar({ total }: ProgressOptions): ProgressLine {
  const line = new cliProgress.SingleBar({
    format: '  {bar} {value} of {total} files',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
  })
  line.start(total, 0)
  return { advance: (files) => line.increment(files), stop: () => line.stop() }
}

function lines({ total, log, now = () => performance.now() }: ProgressOptions): ProgressLine {
  let done = 0
  let last = now()
  return {
    advance: (files) => {
      done += files
      if (now() - last < LOG_EVERY_MS) return
      last = now()
      log(`fh-migrate: ${done} of ${total} files\n`)
    },
    stop: () => undefined,
  }
}
