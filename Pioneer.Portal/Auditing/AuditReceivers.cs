using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pioneer.Domain.Auditing;

namespace Pioneer.Portal.Auditing;

/// <summary>One place outside that gets the audit log.</summary>
internal interface IAuditReceiver
{
    /// <summary>The name that its position is kept under.</summary>
    string Name { get; }

    /// <summary>Gives the entries away, all or, with an exception, not surely any: they come again then.</summary>
    Task TakeAsync(IReadOnlyList<ExportedEntry> entries, CancellationToken cancellationToken);
}

/// <summary>A file, one JSON object a line; on the disk when the call returns.</summary>
internal sealed class AuditFile(string path) : IAuditReceiver
{
    /// <inheritdoc/>
    public string Name => "file";

    /// <inheritdoc/>
    public async Task TakeAsync(IReadOnlyList<ExportedEntry> entries, CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var lines = string.Concat(entries.Select(entry => JsonSerializer.Serialize(entry, JsonSerializerOptions.Web) + "\n"));
        await using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        await file.WriteAsync(Encoding.UTF8.GetBytes(lines), cancellationToken);
        file.Flush(flushToDisk: true);
    }
}

/// <summary>An address that entries are posted to, signed.</summary>
internal sealed class AuditWebhook(IHttpClientFactory clients, Uri address, string secret) : IAuditReceiver
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Client = "audit-webhook";

    /// <inheritdoc/>
    public string Name => "webhook";

    /// <inheritdoc/>
    public async Task TakeAsync(IReadOnlyList<ExportedEntry> entries, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(entries, JsonSerializerOptions.Web);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("Pioneer-Signature", $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body))}");
        using var answer = await clients.CreateClient(Client).SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }
}
