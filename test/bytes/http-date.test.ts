import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { formatHTTPDate, nowHTTPDate, parseHTTPDate } from '../../src/bytes/http-date.js'
import { InvalidDateError } from '../../src/errors.js'

describe('formatHTTPDate', () => {
  test.each([
    ['a date', new Date(Date.UTC(2009, 10, 10, 23)), 'Tue, 10 Nov 2009 23:00:00 GMT'],
    ['milliseconds', 0, 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ['a fraction is dropped', 1999, 'Thu, 01 Jan 1970 00:00:01 GMT'],
    ['year 0', new Date('0000-01-01T00:00:00Z'), 'Sat, 01 Jan 0000 00:00:00 GMT'],
    ['year 9999', new Date('9999-12-31T23:59:59Z'), 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ])('%s', (_name, date, expected) => {
    expect(formatHTTPDate(date)).toBe(expected)
  })

  test.each([
    ['invalid', NaN],
    ['year 10000', new Date('+010000-01-01T00:00:00Z')],
    ['before year 0', new Date('-000001-12-31T00:00:00Z')],
  ])('refuses %s', (_name, date) => {
    expect(() => formatHTTPDate(date)).toThrow(InvalidDateError)
  })
})

describe('nowHTTPDate', () => {
  test('formats once a second', () => {
    const format = vi.spyOn(Date.prototype, 'toUTCString')
    try {
      expect(nowHTTPDate(1_000_000)).toBe('Thu, 01 Jan 1970 00:16:40 GMT')
      expect(nowHTTPDate(1_000_999)).toBe('Thu, 01 Jan 1970 00:16:40 GMT')
      expect(format).toHaveBeenCalledTimes(1)
      expect(nowHTTPDate(1_001_000)).toBe('Thu, 01 Jan 1970 00:16:41 GMT')
      expect(nowHTTPDate(1_000_000)).toBe('Thu, 01 Jan 1970 00:16:40 GMT')
      expect(format).toHaveBeenCalledTimes(3)
    } finally {
      format.mockRestore()
    }
  })

  test('tells the current time', () => {
    const before = Math.floor(Date.now() / 1000) * 1000
    const told = parseHTTPDate(nowHTTPDate()).getTime()
    expect(told).toBeGreaterThanOrEqual(before)
    expect(told).toBeLessThanOrEqual(Date.now())
  })
})

describe('parseHTTPDate', () => {
  const tenNov = '2009-11-10T23:00:00.000Z'
  test.each([
    ['IMF-fixdate', 'Tue, 10 Nov 2009 23:00:00 GMT', tenNov],
    ['names in any case', 'tUe, 10 nOv 2009 23:00:00 GMT', tenNov],
    ['epoch', 'Thu, 01 Jan 1970 00:00:00 GMT', '1970-01-01T00:00:00.000Z'],
    ['leap day', 'Mon, 29 Feb 2016 12:34:56 GMT', '2016-02-29T12:34:56.000Z'],
    ['a year below 100', 'Mon, 01 Jan 0050 00:00:00 GMT', '0050-01-01T00:00:00.000Z'],
    ['a weekday that does not fit', 'Mon, 10 Nov 2009 23:00:00 GMT', tenNov],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['RFC 850, this century', 'Tuesday, 10-Nov-09 23:00:00 GMT', tenNov],
    ['asctime', 'Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37.000Z'],
    ['asctime, two digits', 'Tue Nov 10 23:00:00 2009', tenNov],
  ])('%s', (_name, text, expected) => {
    expect(parseHTTPDate(text).toISOString()).toBe(expected)
  })

  test('two digits of a year more than 50 years ahead are in the past', () => {
    const now = new Date().getUTCFullYear()
    const twoDigits = (year: number): string => String(year % 100).padStart(2, '0')
    const parse = (year: number): number =>
      parseHTTPDate(`Sunday, 06-Nov-${twoDigits(year)} 08:49:37 GMT`).getUTCFullYear()
    expect(parse(now + 51)).toBe(now + 51 - 100)
    expect(parse(now - 10)).toBe(now - 10)
  })

  test.each([
    ['empty', ''],
    ['UTC', 'Tue, 10 Nov 2009 23:00:00 UTC'],
    ['gmt in lower case', 'Tue, 10 Nov 2009 23:00:00 gmt'],
    ['an offset', 'Tue, 10 Nov 2009 23:00:00 +0000'],
    ['no zone', 'Tue, 10 Nov 2009 23:00:00'],
    ['day 0', 'Tue, 00 Nov 2009 23:00:00 GMT'],
    ['31 February', 'Tue, 31 Feb 2009 23:00:00 GMT'],
    ['29 February of a common year', 'Tue, 29 Feb 2019 23:00:00 GMT'],
    ['31 November', 'Tue, 31 Nov 2009 23:00:00 GMT'],
    ['one digit of a day', 'Tue, 1 Nov 2009 23:00:00 GMT'],
    ['no such weekday', 'Xxx, 10 Nov 2009 23:00:00 GMT'],
    ['no such month', 'Tue, 10 Foo 2009 23:00:00 GMT'],
    ['hour 24', 'Tue, 10 Nov 2009 24:00:00 GMT'],
    ['minute 60', 'Tue, 10 Nov 2009 23:60:00 GMT'],
    ['a leap second', 'Tue, 10 Nov 2009 23:00:60 GMT'],
    ['no comma', 'Tue 10 Nov 2009 23:00:00 GMT'],
    ['dashes in the time', 'Tue, 10 Nov 2009 23-00-00 GMT'],
    ['space before', ' Tue, 10 Nov 2009 23:00:00 GMT'],
    ['newline behind', 'Tue, 10 Nov 2009 23:00:00 GMT\n'],
    ['ISO', tenNov],
    ['RFC 850 with a short weekday', 'Sun, 06-Nov-94 08:49:37 GMT'],
    ['RFC 850 with a long year', 'Sunday, 06-Nov-1994 08:49:37 GMT'],
    ['asctime without the padding', 'Sun Nov 6 08:49:37 1994'],
    ['asctime with a zone', 'Sun Nov  6 08:49:37 1994 GMT'],
  ])('refuses %s', (_name, text) => {
    expect(() => parseHTTPDate(text)).toThrow(InvalidDateError)
  })

  test('property: parse(format(date)) is the date, to the second', () => {
    const range = { min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z') }
    fc.assert(
      fc.property(fc.date({ ...range, noInvalidDate: true }), (date) => {
        expect(parseHTTPDate(formatHTTPDate(date)).getTime()).toBe(
          Math.floor(date.getTime() / 1000) * 1000
        )
      })
    )
  })
})
