import { wireSuite } from './wire.suite.js'

wireSuite('tcp')
