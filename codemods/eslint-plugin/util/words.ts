/** Names of platform and library calls, grouped by when they run the functions they are given. */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Run their first argument later, once. */
export const TIMERS = words(
  'setTimeout setInterval setImmediate queueMicrotask nextTick requestIdleCallback requestAnimationFrame'
)
export const CLEARERS = words('clearTimeout clearInterval clearImmediate cancelIdleCallback')

/** Subscribe to something that goes on after the call: awaiting the result proves nothing. */
export const LISTENERS = words(
  'on addListener prependListener addEventListener once prependOnceListener subscribe observe watch onmessage'
)
export const ONE_SHOT_LISTENERS = words('once prependOnceListener')
export const LISTENER_REMOVERS = words(
  'off removeListener removeEventListener removeAllListeners unsubscribe unwatch unobserve'
)

/** Events an emitter sends once, at its end. */
export const TERMINAL_EVENTS = words(
  'end close finish error exit done complete success response connect open abort'
)

/** Events that come once and before the others: nothing is over then. */
export const INITIAL_EVENTS = words(
  'open connect connection listening ready response headers socket lookup secureConnect spawn online readable resume'
)

/** Methods that end what a subscription, timer or job handle stands for. */
export const CANCELLERS = words(
  'unsubscribe dispose close cancel stop remove off disconnect abort clear destroy release'
)

/** Unknown callees with these names keep the function they are given for later. */
export const DEFERRED = words(`
  schedule scheduleJob scheduleOnce add addTask addJob enqueue defer debounce throttle upgrade later delay submit
  postTask handleUpgrade process afterResponse waitUntil register queue dispatchLater runLater runAfter
  setOnClose push unshift after whenIdle invokeLater`)

/** Give the connection of a request to the function they are given. */
export const UPGRADES = words('upgrade handleUpgrade')

/** Unknown callees with these names give back a function that calls the one they are given. */
export const WRAPPERS = words(
  'memoize memoizeOne memo mem pMemoize once partial partialRight curry curryRight unary ary negate transaction'
)

/** Callees that run a function now: their names win over an error-first parameter. */
export const SYNC = words(`
  forEach map flatMap filter some every find findIndex findLast findLastIndex reduce reduceRight sort
  toSorted from replace replaceAll stringify parse call each forOwn forIn times transaction
  startActiveSpan emit groupBy mapValues keyBy sortBy visitAll retry`)
/** The same for names too common to overrule an error-first callback. */
export const USUALLY_SYNC = words(
  'run apply tap pipe attempt runInAsyncScope with withContext exit'
)

export const ARRAY_CALLBACKS = words(`
  forEach map flatMap filter some every find findIndex findLast findLastIndex reduce reduceRight sort toSorted`)

/** Put an argument into the receiver. */
export const ADDERS = words(
  'push add set unshift splice append enqueue prepend insert register addFirst addLast'
)
/** Take something out of the receiver. */
export const REMOVERS = words('delete remove splice pop shift clear')

/** Read an element of a container. */
export const READERS = words('get at pop shift values next peekFirst find first last')

/** Awaiting one of these on a queue waits for the work the queue was given. */
export const DRAINERS = words(
  'onIdle idle drain drained done join wait waitAll settled allSettled flush finish finished completed onEmpty onSizeLessThan'
)

/** Node calls that read their bytes after they returned. */
export const ASYNC_IO = words(`
  writeFile appendFile write writev gzip deflate deflateRaw brotliCompress zstdCompress gunzip inflate
  inflateRaw brotliDecompress unzip pbkdf2 scrypt sign verify`)

/** Modules whose functions return promises. */
export const PROMISE_MODULES = words(
  'fs/promises timers/promises stream/promises dns/promises readline/promises'
)
