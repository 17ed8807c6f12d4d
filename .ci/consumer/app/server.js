const http = require('http')

http
  .createServer((req, res) => {
    if (req.method !== 'GET') {
      res.writeHead(405)
      return res.end()
    }
    res.setHeader('Content-Type', 'text/plain')
    res.end('hello ' + req.headers['user-agent'])
  })
  .listen(process.env.PORT)
