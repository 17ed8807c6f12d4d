import {
  DuplicateContentLengthError,
  FastHttpError,
  NonNumericCharsError,
  ReadingResponseHeadersError,
  ResponseFirstLineMissingSpaceError,
  UnexpectedStatusCodeCharError,
  UnsupportedTransferEncodingError,
} from '../errors.js'
import * as found from '../http/field-block.js'
import { BAD_REASON, BAD_STATUS_CODE, MISSING_SPACE } from '../wire/response-parser.js'

/** The error for a negative result of the response parser. Only built when a connection fails. */
export function responseHeadError(result: number): FastHttpError {
  switch (result) {
    case MISSING_SPACE:
      return new ResponseFirstLineMissingSpaceError()
    case BAD_STATUS_CODE:
      return new UnexpectedStatusCodeCharError()
    case found.DUPLICATE_CONTENT_LENGTH:
      return new DuplicateContentLengthError()
    case found.BAD_CONTENT_LENGTH:
      return new NonNumericCharsError()
    case found.BAD_TRANSFER_ENCODING:
      return new UnsupportedTransferEncodingError()
    default:
      return new ReadingResponseHeadersError(DETAILS[result] ?? 'malformed head')
  }
}

const DETAILS: Record<number, string> = {
  [BAD_REASON]: 'invalid byte in the reason phrase',
  [found.BAD_LINE_END]: 'line end other than CRLF',
  [found.BAD_NAME]: 'invalid field name',
  [found.BAD_VALUE]: 'invalid byte in a field value',
  [found.OBS_FOLD]: 'folded field line',
  [found.BAD_VERSION]: 'not HTTP/1.0 or HTTP/1.1',
  [found.TOO_MANY_FIELDS]: 'too many field lines',
  [found.FRAMING_CONFLICT]: 'both Transfer-Encoding and Content-Length',
}
