const plugin = require('eslint-plugin-fasthttp')

module.exports = [(plugin.default ?? plugin).configs.recommended]
