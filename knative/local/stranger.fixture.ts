/**
 * A repository as somebody wrote it for a cluster: a shop in three languages, with manifests for kustomize in which only
 * kustomize itself finds its way. Nothing in it knows of this platform.
 */
export const strangersRepository: Readonly<Record<string, string>> = {
  'deploy/base/kustomization.yaml': 'resources: [services.yaml, events.yaml]\n',
  'deploy/base/services.yaml': `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - image: ghcr.io/stranger/web:1.4.0
          ports: [{ containerPort: 3000 }]
          env:
            - { name: ORDERS_URL, value: http://orders.shop.svc.cluster.local }
          volumeMounts: [{ name: texts, mountPath: /etc/shop, readOnly: true }]
      volumes: [{ name: texts, configMap: { name: texts } }]
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: orders
  labels: { networking.knative.dev/visibility: cluster-local }
spec:
  template:
    spec:
      containers:
        - image: ghcr.io/stranger/orders:1.4.0
          env:
            - { name: BROKER_URL, value: http://broker-ingress.knative-eventing.svc.cluster.local/shop/default }
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: mail
  labels: { networking.knative.dev/visibility: cluster-local }
spec:
  template:
    spec:
      containers:
        - image: ghcr.io/stranger/mail:1.4.0
          readinessProbe: { httpGet: { path: /healthz } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: texts }
data: { title: A shop }
`,
  'deploy/base/events.yaml': `apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: { name: default }
---
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: { name: mail-orders }
spec:
  broker: default
  filter: { attributes: { type: shop.ordered } }
  subscriber: { ref: { apiVersion: flows.knative.dev/v1, kind: Sequence, name: confirm } }
---
apiVersion: flows.knative.dev/v1
kind: Sequence
metadata: { name: confirm }
spec:
  channelTemplate: { apiVersion: messaging.knative.dev/v1, kind: InMemoryChannel }
  steps:
    - ref: { apiVersion: serving.knative.dev/v1, kind: Service, name: mail }
  reply: { ref: { apiVersion: serving.knative.dev/v1, kind: Service, name: web }, uri: /events }
`,
  'deploy/laptop/kustomization.yaml': `resources: [../base]
namespace: shop
commonAnnotations: { team: shop }
patches:
  - path: title.yaml
`,
  'deploy/laptop/title.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: texts }
data: { title: A shop on a laptop }
`,
  // Express with views.
  'web/package.json': '{ "name": "web", "scripts": { "start": "node server.js" } }',
  'web/server.js': `const fs = require('fs');
const express = require('express');
const app = express();
app.set('view engine', 'ejs');
app.set('views', __dirname + '/views');
const mails = [];
const title = () => fs.readFileSync(process.env.TEXTS || '/etc/shop/title', 'utf8');
app.get('/', (req, res) => res.render('index', { title: title(), mails }));
app.post('/orders/:item', async (req, res) => {
  const ordered = await fetch(process.env.ORDERS_URL + '/?item=' + req.params.item, { method: 'POST' });
  res.status(ordered.status).end();
});
app.post('/events', express.json(), (req, res) => {
  mails.push(req.get('ce-subject') + ': ' + req.body.text);
  res.status(204).end();
});
app.listen(3000);
`,
  'web/views/index.ejs': `<h1><%= title %></h1>
<ul><% for (const mail of mails) { %><li><%= mail %></li><% } %></ul>
`,
  // A consumer that answers with an event.
  'mail/app.py': `import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

try:
    from cloudevents.v1.http import CloudEvent, from_http, to_binary
except ImportError:
    CloudEvent = None


def mailed(headers, body):
    if CloudEvent is not None:
        order = from_http(headers, body)
        attributes = {"type": "shop.mailed", "source": "/mail", "subject": order["subject"]}
        attributes["datacontenttype"] = "application/json"
        return to_binary(CloudEvent(attributes, {"text": "sent, " + str(order.data["item"])}))
    item = json.loads(body)["item"]
    answer = {"ce-specversion": "1.0", "ce-id": "m-" + headers["ce-id"], "ce-type": "shop.mailed", "ce-source": "/mail"}
    answer.update({"ce-subject": headers["ce-subject"], "content-type": "application/json"})
    return answer, json.dumps({"text": "sent, " + item}).encode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        fields, data = mailed({name.lower(): value for name, value in self.headers.items()}, body)
        self.send_response(200)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", 8080))), Handler).serve_forever()
`,
  // A producer.
  'orders/go.mod': 'module example.com/orders\n\ngo 1.21\n',
  'orders/main.go': `package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
)

func order(w http.ResponseWriter, r *http.Request) {
	item := r.URL.Query().Get("item")
	event, err := http.NewRequest("POST", os.Getenv("BROKER_URL"), strings.NewReader(fmt.Sprintf(\`{"item":%q}\`, item)))
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	for name, value := range map[string]string{
		"ce-specversion": "1.0", "ce-id": "o-" + item, "ce-type": "shop.ordered",
		"ce-source": "/orders", "ce-subject": item, "content-type": "application/json",
	} {
		event.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(event)
	if err != nil {
		http.Error(w, err.Error(), 502)
		return
	}
	w.WriteHeader(answer.StatusCode)
}

func main() {
	http.HandleFunc("/", order)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
`,
};

/** As much of Express and EJS as the shop needs, where neither is installed: tests install nothing. */
export const expressInMiniature: Readonly<Record<string, string>> = {
  'web/node_modules/express/index.js': `
const { readFileSync } = require('fs');
const { createServer } = require('http');
module.exports = () => {
  const settings = {}, routes = [];
  const add = (method) => (path, ...handlers) =>
    routes.push({ method, pattern: new RegExp('^' + path.replace(/:(\\w+)/g, '(?<$1>[^/]+)') + '$'), handler: handlers.at(-1) });
  const render = (name, values) => {
    const text = readFileSync(settings.views + '/' + name + '.' + settings['view engine'], 'utf8');
    const parts = text.split(/<%([=]?)(.*?)%>/s), code = ["let out='';with(values){"];
    for (let at = 0; at < parts.length; at += 3) {
      code.push('out+=' + JSON.stringify(parts[at]) + ';');
      if (at + 2 < parts.length) code.push(parts[at + 1] ? 'out+=' + parts[at + 2] + ';' : parts[at + 2]);
    }
    return new Function('values', code.join('') + '}return out')(values);
  };
  return {
    set: (name, value) => (settings[name] = value),
    get: add('GET'),
    post: add('POST'),
    listen: (port) => createServer(async (req, res) => {
      const route = routes.find(({ method, pattern }) => method === req.method && pattern.test(req.url));
      res.status = (code) => Object.assign(res, { statusCode: code });
      res.render = (name, values) => res.end(render(name, values));
      req.get = (name) => req.headers[name];
      if (!route) return res.status(404).end();
      req.params = { ...route.pattern.exec(req.url).groups };
      let body = '';
      for await (const part of req) body += part;
      if (/json/.test(req.headers['content-type'])) req.body = JSON.parse(body);
      route.handler(req, res);
    }).listen(port),
  };
};
module.exports.json = () => {};
`,
};

/** The producer again, for machines without Go. */
export const ordersInNode: Readonly<Record<string, string>> = {
  'orders/server.js': `require('http').createServer(async (request, response) => {
  const item = new URL(request.url, 'http://orders').searchParams.get('item');
  const attributes = { specversion: '1.0', id: 'o-' + item, type: 'shop.ordered', source: '/orders', subject: item };
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => ['ce-' + name, value]));
  const answer = await fetch(process.env.BROKER_URL, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ item }),
  });
  response.writeHead(answer.status).end();
}).listen(process.env.PORT);
`,
};
