-- 16 requests in one write.
local requests = string.rep("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 16)
request = function() return requests end
