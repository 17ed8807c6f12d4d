/** What every benchmarked server answers, so that all send the same bytes but for their own head. */
export const HELLO = 'Hello, World!'

/** Serializes to 1 KiB. */
export const ITEMS = {
  items: Array.from({ length: 12 }, (_, id) => ({
    id,
    name: `item number ${id}`,
    price: id * 1.25,
    tags: ['alpha', 'beta'],
    available: true,
  })),
}

export const port = Number(process.argv[2])
export const host = '127.0.0.1'
