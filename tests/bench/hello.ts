import { createServer } from 'node:http';

createServer((_request, response) => response.end('hello\n')).listen(Number(process.env.PORT));
