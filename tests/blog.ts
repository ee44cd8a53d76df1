import type { api as accounts } from '@dormouse/auth/api';
import type { api as posts } from '@dormouse/posts/api';
import type { BodyOf, ResponseOf } from '@dormouse/runtime/api';
import { apiClient, type Problem } from '@dormouse/runtime/api-client';
import { bodyOf } from './body-of.ts';
import { sendTo } from './send-to.ts';

/** The blog's public API as a client uses it. */
export interface Blog {
  /** @param invitation code of an invitation */
  register(name?: string, invitation?: string): Promise<Author>;
  call<T = Problem>(method: string, path: string, options?: CallOptions): Promise<ApiResponse<T>>;
}

export interface Author {
  name: string;
  password: string;
  token: string;
  call<T = Problem>(method: string, path: string, options?: CallOptions): Promise<ApiResponse<T>>;
  /** Creates a post and returns it. @throws Error unless 201. */
  write(post: Pick<NewPost, 'title'> & Partial<NewPost>): Promise<Post>;
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

export type { Problem };
export type Post = ResponseOf<typeof posts.get, 200>;
type NewPost = BodyOf<typeof posts.create>;

let people = 0;

/** A client of the blog at `url`: `call` for every request, good or bad; the others for those that succeed. */
export function blogAt(url: string): Blog {
  const send = sendTo(url);
  const auth = apiClient<typeof accounts>(send);
  const blog = apiClient<typeof posts>(send);
  const call: Blog['call'] = async <T>(method: string, path: string, { body, headers = {} }: CallOptions = {}) => {
    const response = await send(method, path, { json: body, headers });
    return { ...response, body: response.body as T };
  };
  return {
    call,
    async register(name = `person-${Date.now().toString(36)}-${people++}`, invitation) {
      const password = 'correct horse battery';
      const account = { username: name, email: `${name}@example.org`, password, ...(invitation && { invitation }) };
      bodyOf(await auth('POST /api/register', { body: account }));
      const { token } = bodyOf(await auth('POST /api/login', { body: { username: name, password } }));
      const as: Author['call'] = <T>(method: string, path: string, options: CallOptions = {}) =>
        call<T>(method, path, { ...options, headers: { authorization: `Bearer ${token}`, ...options.headers } });
      return {
        name,
        password,
        token,
        call: as,
        async write({ content = 'Some *Markdown*.', category_name = 'General', ...rest }) {
          return bodyOf(await blog('POST /blog/api/posts', { token, body: { content, category_name, ...rest } }));
        },
      };
    },
  };
}
