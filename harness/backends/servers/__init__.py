"""Talking to model servers: what to send, how to read answers, what a refusal means.

`options` holds what the user chooses and `presets` what is known of common servers. `requests`
builds the body of a request, `dialect` remembers what this server refused, `refusals` reads error
responses, and `answers` turns a response into completions.
"""
