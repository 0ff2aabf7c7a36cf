using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pioneer.Jobs.KsqlDb;

/// <summary>
/// A running query whose rows come as they are made. Disposing it ends the query on the server too: the connection is closed and, because a
/// server may notice that late, <c>/close-query</c> says it as well.
/// </summary>
public sealed class KsqlPushQuery : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;
    private readonly Func<string, Task> _close;
    private readonly string _serviceId;
    private bool _ended;

    internal KsqlPushQuery(string serviceId, KsqlRowHeader header, HttpResponseMessage response, StreamReader reader, Func<string, Task> close)
    {
        _serviceId = serviceId;
        Header = header;
        _response = response;
        _reader = reader;
        _close = close;
    }

    public KsqlRowHeader Header { get; }

    /// <summary>What the query left out so far and could not compute; null where the server does not tell, as ksqlDB itself does not.</summary>
    public KsqlFaults? Faults { get; private set; }

    /// <summary>Rows in the header's column order until the query ends or <paramref name="ct"/> is cancelled.</summary>
    public async IAsyncEnumerable<ImmutableArray<JsonElement>> RowsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        while (await _reader.ReadLineAsync(ct) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            using var document = Parse(line);
            if (document.RootElement.ValueKind == JsonValueKind.Array)
            {
                yield return document.RootElement.EnumerateArray().Select(cell => cell.Clone()).ToImmutableArray();
            }
            else if (document.RootElement.TryGetProperty("message", out var message))
            {
                var code = document.RootElement.TryGetProperty("error_code", out var number) ? number.GetInt32() : 50000;
                throw new KsqlDbRequestException(_serviceId, code, message.GetString() ?? "");
            }
            else
            {
                Faults = KsqlFaults.Of(document.RootElement) ?? Faults;
            }
        }

        _ended = true;
    }

    private JsonDocument Parse(string line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException broken)
        {
            throw new KsqlDbUnavailableException(_serviceId, "the answer broke off in the middle of a row", broken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        if (!_ended && Header.QueryId.Length > 0)
        {
            await _close(Header.QueryId);
        }
    }
}
