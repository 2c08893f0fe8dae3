import { chooseOffer } from '../wsgi/accept.ts'
import type { Answer } from '../wsgi/answer.ts'
import type { MetadataRequest } from './request.ts'
import { textAnswer } from './text-answer.ts'

/**
 * oslo.middleware's healthcheck, which Debian's api-paste.ini puts before the API, with its default options: plain text
 * unless the client likes HTML or JSON better. Source: oslo_middleware/healthcheck/__init__.py.
 */
export function answerHealthcheck({ method, headers }: MetadataRequest): Answer {
  if (method === 'HEAD') return { status: 204, contentType: null, body: new Uint8Array() }
  switch (chooseOffer(headers.get('accept') ?? '*/*', offers)) {
    case 'text/html':
      return { ...textAnswer(htmlPage), contentType: 'text/html; charset=UTF-8' }
    case 'application/json':
      return { ...textAnswer(jsonPage), contentType: 'application/json' }
    default:
      return textAnswer('OK')
  }
}

/** What is liked equally goes to the earlier one. */
const offers = ['text/plain', 'text/html', 'application/json'] as const

const jsonPage = `{
    "detailed": false,
    "reasons": [
        "OK"
    ]
}`

const htmlPage = `<HTML>
<HEAD><TITLE>Healthcheck Status</TITLE></HEAD>
<BODY>

<H2>Result of 1 checks:</H2>
<TABLE bgcolor="#ffffff" border="1">
<TBODY>
<TR>

<TH>
Reason
</TH>
</TR>
<TR>

    <TD>OK</TD>

</TR>
</TBODY>
</TABLE>
<HR></HR>

</BODY>
</HTML>`
