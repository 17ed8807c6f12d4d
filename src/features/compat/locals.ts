import { perRequest } from './state.js'

/** Values for the views of one request: Express's `res.locals`. */
export const locals = perRequest('locals', () => Object.create(null) as Record<string, unknown>)
