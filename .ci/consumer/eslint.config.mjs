import fasthttp from 'eslint-plugin-fasthttp'

export default [fasthttp.configs.recommended]
