import type { RequestCtx } from './request-ctx.js'

/** Looks up a form value for `ctx.formValue`; `''` when there is none. Go: `FormValueFunc`. */
export type FormValueFunc = (ctx: RequestCtx, key: string) => string

/** The default: first non-empty value in the query, the form body, the multipart form. */
export const defaultFormValueFunc: FormValueFunc = (ctx, key) =>
  ctx.queryArgs().peek(key) || ctx.postArgs().peek(key) || multipartValue(ctx, key)

/** As net/http of Go does: the form body, the multipart form, the query. Go: `NetHttpFormValueFunc`. */
export const netHttpFormValueFunc: FormValueFunc = (ctx, key) =>
  ctx.postArgs().peek(key) || multipartValue(ctx, key) || ctx.queryArgs().peek(key) || ''

function multipartValue(ctx: RequestCtx, key: string): string {
  return ctx.request._form?.value.get(key)?.[0] ?? ''
}
