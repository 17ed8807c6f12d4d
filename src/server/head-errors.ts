import {
  BadRequestError,
  DuplicateContentLengthError,
  EmptyRequestURIError,
  FastHttpError,
  MissingHostError,
  NonNumericCharsError,
  UnsupportedRequestMethodError,
  UnsupportedTransferEncodingError,
} from '../errors.js'
import * as found from '../http/field-block.js'

/** The error for a negative result of the head parser. Only built when a connection fails. */
export function headError(result: number): FastHttpError {
  switch (result) {
    case found.BAD_METHOD:
      return new UnsupportedRequestMethodError()
    case found.BAD_TARGET:
      return new EmptyRequestURIError('or one of a wrong form')
    case found.DUPLICATE_CONTENT_LENGTH:
      return new DuplicateContentLengthError()
    case found.BAD_CONTENT_LENGTH:
      return new NonNumericCharsError()
    case found.BAD_TRANSFER_ENCODING:
      return new UnsupportedTransferEncodingError()
    case found.MISSING_HOST:
      return new MissingHostError()
    default:
      return new BadRequestError(DETAILS[result] ?? 'malformed head')
  }
}

const DETAILS: Record<number, string> = {
  [found.BAD_LINE_END]: 'line end other than CRLF',
  [found.BAD_NAME]: 'invalid field name',
  [found.BAD_VALUE]: 'invalid byte in a field value',
  [found.OBS_FOLD]: 'folded field line',
  [found.DUPLICATE_HOST]: 'more than one Host field',
  [found.BAD_HOST]: 'invalid Host field',
  [found.BAD_REQUEST_LINE]: 'incomplete request line',
  [found.BAD_VERSION]: 'unsupported HTTP version',
  [found.TOO_MANY_FIELDS]: 'too many field lines',
  [found.FRAMING_CONFLICT]: 'both Transfer-Encoding and Content-Length',
}
