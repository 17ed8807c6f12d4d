import { excerpt, InvalidDateError } from '../errors.js'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAY = '(?:mon|tue|wed|thu|fri|sat|sun)'
const LONG_WEEKDAY = '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)'
const MONTH = `(?<month>${MONTHS.join('|')})`
const TIME = '(?<hour>[01][0-9]|2[0-3]):(?<minute>[0-5][0-9]):(?<second>[0-5][0-9])'

/** The three forms of a date that RFC 9110, section 5.6.7, has recipients accept; names in any case, `GMT` in upper case. */
const FORMS = [
  `${WEEKDAY}, (?<day>[0-9]{2}) ${MONTH} (?<year>[0-9]{4}) ${TIME} (?<zone>GMT)`,
  `${LONG_WEEKDAY}, (?<day>[0-9]{2})-${MONTH}-(?<year>[0-9]{2}) ${TIME} (?<zone>GMT)`,
  `${WEEKDAY} ${MONTH} (?<day>[0-9]{2}| [1-9]) ${TIME} (?<year>[0-9]{4})`,
].map((form) => new RegExp(`^${form}$`, 'i'))

const MS_PER_SECOND = 1000

let cachedSecond = NaN
let cachedDate = ''

/**
 * The current time as an IMF-fixdate, formatted once a second.
 *
 * @param now - current time in milliseconds since the epoch, for callers that have it at hand
 */
export function nowHTTPDate(now: number = Date.now()): string {
  const second = Math.floor(now / MS_PER_SECOND)
  if (second !== cachedSecond) {
    cachedSecond = second
    cachedDate = formatHTTPDate(second * MS_PER_SECOND)
  }
  return cachedDate
}

/**
 * Writes a date as an IMF-fixdate, `Tue, 10 Nov 2009 23:00:00 GMT`, fractions of a second dropped. Go: `AppendHTTPDate`.
 *
 * Throws `FH_ERR_INVALID_DATE` for an invalid date and for years that do not fit four digits.
 *
 * @param date - a Date, or milliseconds since the epoch
 */
export function formatHTTPDate(date: Date | number): string {
  const value = typeof date === 'number' ? new Date(date) : date
  const year = value.getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) throw new InvalidDateError(String(value.getTime()))
  return value.toUTCString()
}

/**
 * Reads an HTTP date: an IMF-fixdate, or one of the two obsolete forms that RFC 9110, section 5.6.7, has recipients accept.
 * Go: `ParseHTTPDate`, which takes the first form only.
 *
 * Throws `FH_ERR_INVALID_DATE` for anything else, such as another zone, the 30th of February or a leap second. The weekday must be one
 * but need not fit the date.
 */
export function parseHTTPDate(text: string): Date {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups
    if (groups !== undefined) {
      if (groups['zone'] !== undefined && groups['zone'] !== 'GMT') break
      const date = calendarDate(groups)
      if (date !== undefined) return date
    }
  }
  throw new InvalidDateError(excerpt(text))
}

/** The date that named parts tell, or `undefined` when there is no such day. */
function calendarDate(parts: Readonly<Record<string, string | undefined>>): Date | undefined {
  const month = MONTHS.indexOf((parts['month'] ?? '').toLowerCase())
  const day = Number(parts['day'])
  const date = new Date(0)
  date.setUTCFullYear(fullYear(parts['year'] ?? ''), month, day)
  // A day the month does not have came out as one of the next month.
  if (date.getUTCDate() !== day) return undefined
  date.setUTCHours(Number(parts['hour']), Number(parts['minute']), Number(parts['second']))
  return date
}

/** A two-digit year that seems more than 50 years ahead is the most recent past year with those digits (RFC 9110). */
function fullYear(digits: string): number {
  const year = Number(digits)
  if (digits.length !== 2) return year
  const now = new Date().getUTCFullYear()
  const inThisCentury = now - (now % 100) + year
  return inThisCentury > now + 50 ? inThisCentury - 100 : inThisCentury
}
