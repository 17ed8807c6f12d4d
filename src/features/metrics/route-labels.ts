/** Stands for the routes above the limit. */
const OTHER_ROUTES = 'other'

/** Lets a limited number of different labels through: each is a time series, and clients may choose what they are made of. */
export class RouteLabels {
  readonly #known = new Set<string>()
  readonly #max: number

  /** @param max - different labels; whatever comes later is {@link OTHER_ROUTES} */
  constructor(max: number) {
    this.#max = max
  }

  label(route: string): string {
    if (this.#known.has(route)) return route
    if (this.#known.size >= this.#max) return OTHER_ROUTES
    this.#known.add(route)
    return route
  }
}
