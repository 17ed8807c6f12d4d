export { Int, newInt, publish, unpublish, type VarFunc } from './expvar.js'
export { expvarHandler } from './expvar-handler.js'
