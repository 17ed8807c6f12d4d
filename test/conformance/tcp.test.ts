import { wireSuite } from './wire.suite.js'

wireSuite('tcp', 5)
