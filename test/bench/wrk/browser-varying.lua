-- As browser.lua, with a field that is another in every request: what a parser does that knows none of the lines.
local n = 0
local head = 'GET / HTTP/1.1\r\nHost: localhost:3000\r\nX-Request-Id: '
local tail = '\r\nConnection: keep-alive\r\nCache-Control: max-age=0\r\nsec-ch-ua: "Chromium";v="120", "Not;A Brand";v="99"\r\nsec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: "Linux"\r\nUpgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: en-US,en;q=0.9\r\nCookie: session=abcdefabcdefabcdefabcdef\r\n\r\n'
request = function()
  local all = {}
  for i = 1, 16 do
    n = n + 1
    all[i] = head .. n .. tail
  end
  return table.concat(all)
end
