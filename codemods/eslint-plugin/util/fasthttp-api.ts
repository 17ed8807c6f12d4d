/**
 * What the members of a request context are, as data. A role names the kind of pooled object an
 * expression refers to; the tables say which members lead from one role to the next.
 */
export type Role =
  | 'ctx'
  | 'request'
  | 'response'
  | 'header'
  | 'uri'
  | 'args'
  | 'form'
  | 'file'
  | 'logger'
  | 'method'
  | 'view'
  | 'buffer'

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Properties (not calls) that lead to another pooled object. */
const PROPERTY_ROLES: ReadonlyMap<string, Role> = new Map(
  Object.entries({
    'ctx.request': 'request',
    'ctx.response': 'response',
    'request.header': 'header',
    'response.header': 'header',
    'form.file': 'file',
    'form.files': 'file',
  } as const)
)

/** Methods whose result is another pooled object or a view of its memory. */
const METHOD_ROLES: ReadonlyMap<string, Role> = new Map(
  Object.entries({
    uri: 'uri',
    queryArgs: 'args',
    postArgs: 'args',
    multipartForm: 'form',
    multipartFormWithLimit: 'form',
    formFile: 'file',
    logger: 'logger',
    lastTimeoutErrorResponse: 'response',
    postBody: 'view',
    body: 'view',
  } as const)
)

/** Members of a context that are plain values of their own. */
const FREE_PROPERTIES = words('signal length')

/** Members that read as strings unless the declared type says bytes. */
const ACCESSORS = words(`
  path method host referer userAgent requestURI formValue peek peekCanonical peekAll contentType
  contentEncoding protocol cookie server queryString pathOriginal fullURI lastPathSegment scheme hash
  username password statusMessage header trailerHeader rawHeaders peekCookie multipartFormBoundary`)

const CTX_METHODS = words(`
  method path requestURI uri host referer userAgent queryArgs postArgs postBody requestBodyStream
  isBodyStream formValue formFile multipartForm multipartFormWithLimit isGet isPost isPut isDelete
  isConnect isOptions isTrace isPatch isHead isTLS tlsConnectionState conn remoteAddr setRemoteAddr
  localAddr remoteIP localIP connID connRequestNum id connTime time string toString setStatusCode
  setContentType setBody setBodyString resetBody write writeString success successString error redirect
  notFound notModified ifModifiedSince setConnectionClose setBodyStream setBodyStreamWriter sendFile
  sendFileLiteral earlyHints setUserValue userValue visitUserValues visitUserValuesAll removeUserValue
  resetUserValues hijack hijackSetNoResponse hijacked timeoutError timeoutErrorWithCode
  timeoutErrorWithResponse lastTimeoutErrorResponse logger deadline done err value init init2
  saveMultipartFile param params setJSON bodyJSON`)

/** One of these on a parameter is enough to know it for a context. */
export const UNMISTAKABLE = words(`
  setBodyString postBody postArgs queryArgs setStatusCode userValue setUserValue timeoutError
  timeoutErrorWithCode timeoutErrorWithResponse hijack setBodyStream setBodyStreamWriter successString
  setContentType remoteIP connRequestNum visitUserValues setConnectionClose requestBodyStream
  multipartForm postBodyBytes hijackSetNoResponse`)

/** Two of these, called on a parameter, are enough. */
export const DISTINCTIVE = words(`
  method path requestURI uri host referer userAgent formValue formFile isGet isPost isPut isDelete
  isPatch isHead isOptions isTLS remoteAddr localAddr connID connTime setBody resetBody writeString
  write success error notFound notModified ifModifiedSince earlyHints logger param params setJSON
  bodyJSON redirect sendFile isBodyStream id`)

/** What a property of a pooled object is, when it is read and not called. */
export function propertyRole(role: Role, name: string): Role | null {
  const known = PROPERTY_ROLES.get(`${role}.${name}`)
  if (known) return known
  if (role === 'file' && /^(\d+|\[\])$/.test(name)) return 'file'
  if (role === 'view') return name === 'buffer' ? 'buffer' : null
  if (role === 'buffer') return null
  if (FREE_PROPERTIES.has(name)) return null
  if (role === 'ctx') return CTX_METHODS.has(name) ? 'method' : null
  if (role === 'form' || role === 'file' || role === 'method') return null
  return 'method'
}

const VIEW_METHODS = words('subarray slice valueOf')

/** What calling a method of a pooled object gives: a role when the result is borrowed. */
export function methodRole(role: Role, name: string, accessors: 'string' | 'bytes'): Role | null {
  if (role === 'view') return VIEW_METHODS.has(name) ? 'view' : null
  if (role === 'buffer' || role === 'method') return null
  if (role === 'file') return name === 'get' || name === 'at' ? 'file' : null
  if (role === 'form') return null
  const known = METHOD_ROLES.get(name)
  if (known) return known
  if (/Bytes$/.test(name) && !/^(append|set)/.test(name)) return 'view'
  return accessors === 'bytes' && ACCESSORS.has(name) ? 'view' : null
}

export const isAccessor = (name: string): boolean => ACCESSORS.has(name)
export const isTimeoutError = (name: string): boolean => /^timeoutError/.test(name)

/** Functions of the package that take a request handler as an argument. */
export const HANDLER_TAKERS = words(`
  listenAndServe listenAndServeTLS listenAndServeTLSEmbed listenAndServeUnix serve serveTLS
  serveTLSEmbed serveConn compressHandler compressHandlerLevel compressHandlerBrotliLevel
  timeoutHandler timeoutWithCodeHandler toNodeHandler toFetchHandler`)

/** Methods that register handlers on a router or an app. */
export const REGISTRARS = words(`
  get post put patch delete head options trace all any use handle handler notFound param
  GET POST PUT PATCH DELETE HEAD OPTIONS ANY HANDLE onError`)

/** Classes of the package whose instances register or serve handlers. */
export const SERVING_CLASSES = words('Server Router App Group Prefork')
