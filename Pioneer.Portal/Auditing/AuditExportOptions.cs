namespace Pioneer.Portal.Auditing;

/// <summary>Section <c>Audit:Export</c>: who outside gets the audit log as it happens.</summary>
internal sealed class AuditExportOptions
{
    public const string Section = "Audit:Export";

    /// <summary>A file that entries are appended to, one JSON object a line.</summary>
    public string? Path { get; set; }

    /// <summary>An https address that entries are posted to, some at once, as a JSON array.</summary>
    public string? Webhook { get; set; }

    /// <summary>Signs each post: header <c>Pioneer-Signature: sha256=</c> and the HMAC-SHA-256 of the body, hex.</summary>
    public string? WebhookSecret { get; set; }

    /// <summary>All errors at once, each naming its key.</summary>
    public IEnumerable<string> Validate()
    {
        if (Webhook is not { Length: > 0 } webhook)
        {
            yield break;
        }

        if (!Uri.TryCreate(webhook, UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
        {
            yield return $"{Section}:Webhook is '{webhook}'; it must be an https address, or http on this machine.";
        }

        if (string.IsNullOrEmpty(WebhookSecret))
        {
            yield return $"{Section}:WebhookSecret is missing: without it the receiver cannot tell who posts.";
        }
    }
}
