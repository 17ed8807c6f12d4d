export const SUGGESTION_MESSAGES = {
  await: 'Await it.',
  return: 'Return it.',
  awaitAll: 'Await all of the promises.',
  forOf: 'Loop with for…of, so that each step is awaited.',
  awaitCallback: 'Await a promise that the callback resolves.',
  hoist: 'Copy what is needed before the handler returns.',
  copyBytes: 'Copy the bytes.',
  copyObject: 'Keep a copy of its own memory.',
  noTransfer: 'Post a copy instead of transferring the memory.',
  finally: 'Do it in a finally block.',
} as const

export type SuggestionId = keyof typeof SUGGESTION_MESSAGES
