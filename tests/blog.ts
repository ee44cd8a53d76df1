/** The blog's public API as a client uses it. */
export interface Blog {
  register(name?: string): Promise<Author>;
  call<T = Problem>(method: string, path: string, options?: CallOptions): Promise<ApiResponse<T>>;
}

export interface Author {
  name: string;
  password: string;
  token: string;
  call<T = Problem>(method: string, path: string, options?: CallOptions): Promise<ApiResponse<T>>;
  /** Creates a post and returns it. @throws Error unless 201. */
  write(post: { title: string; content?: string; category_name?: string; status?: string }): Promise<Post>;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

export interface ApiResponse<T> {
  status: number;
  headers: Headers;
  /** What JSON bodies hold; text otherwise. The caller names the shape it then asserts on. */
  body: T;
}

/** RFC 9457 with this API's extensions. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  trace_id: string;
  errors?: { field: string; message: string }[];
}

export interface Post {
  id: number;
  title: string;
  slug: string;
  content: string;
  author: string;
  status: string;
  category: { id: number; name: string; slug: string; color: string };
}

let people = 0;

/** A client of the blog at `url`. */
export function blogAt(url: string): Blog {
  const call: Blog['call'] = async <T>(method: string, path: string, { body, headers = {} }: CallOptions = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as T,
    };
  };
  return {
    call,
    async register(name = `person-${Date.now().toString(36)}-${people++}`) {
      const password = `correct horse ${name}`;
      const registered = await call('POST', '/api/register', {
        body: { username: name, email: `${name}@example.org`, password },
      });
      if (registered.status !== 201)
        throw new Error(`register ${name}: ${registered.status} ${JSON.stringify(registered.body)}`);
      const { body } = await call<{ token: string }>('POST', '/api/login', { body: { username: name, password } });
      const as: Author['call'] = <T>(method: string, path: string, options: CallOptions = {}) =>
        call<T>(method, path, { ...options, headers: { authorization: `Bearer ${body.token}`, ...options.headers } });
      return {
        name,
        password,
        token: body.token,
        call: as,
        async write({ content = 'Some *Markdown*.', category_name = 'General', ...rest }) {
          const response = await as<Post>('POST', '/blog/api/posts', { body: { content, category_name, ...rest } });
          if (response.status !== 201) throw new Error(`write: ${response.status} ${JSON.stringify(response.body)}`);
          return response.body;
        },
      };
    },
  };
}
