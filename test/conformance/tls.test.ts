import { wireSuite } from './wire.suite.js'

wireSuite('tls', 20)
