"""The callbacks' door: what the gateway posts is made durable before it gets its 200.

The vendor signs nothing, so the address holds a secret. Reading what came happens elsewhere
(`outreach.inbox`): here a form is checked for shape, stored once, and acknowledged. `checks` holds the
rules; `asgi` applies them inside the program, `door` in a process of its own that `keeper` looks after.
"""
