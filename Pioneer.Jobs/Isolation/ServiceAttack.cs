using System.Collections.Immutable;
using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Isolation;

/// <summary>Tries ksqlDB services of others and Kafka Connect without a credential and with a wrong one. Only asks, so nothing changes where it is let in.</summary>
public sealed class ServiceAttack(IHttpClientFactory http, KsqlServiceDirectory directory, IOptions<ConnectOptions> connect, TimeProvider time)
{
    /// <summary>Name of the HTTP client of all attempts: no redirects, no second try.</summary>
    internal const string Client = "isolation";

    private const string Wanted = "refused (401)";
    private const string Question = """{"ksql":"SHOW QUERIES;"}""";

    internal async Task<ImmutableArray<IsolationAttempt>> RunAsync(AttackGround ground, CheckedTenant tenant, CancellationToken ct)
    {
        var attempts = ImmutableArray.CreateBuilder<IsolationAttempt>();
        var services = ground.OthersOf(tenant, time.GetUtcNow()).DistinctBy(other => other.ServiceId);
        foreach (var other in services)
        {
            var reached = other.ServiceId == tenant.ServiceId ? null : other.Slug.Value;
            var address = directory.Find(other.ServiceId);
            foreach (var credential in Credentials(tenant))
            {
                attempts.Add(await TryAsync(
                    IsolationWay.Ksql, "list the queries of another ksqlDB service", other.ServiceId, reached, address is null ? null : new Uri(address, "ksql"), Question, credential, ct));
            }
        }

        Uri.TryCreate(connect.Value.Url, UriKind.Absolute, out var url);
        foreach (var credential in Credentials(tenant))
        {
            attempts.Add(await TryAsync(
                IsolationWay.Connect, "list the connectors", "connectors", null, url is null ? null : new Uri(new Uri(url.AbsoluteUri.TrimEnd('/') + "/"), "connectors"), null, credential, ct));
        }

        return attempts.ToImmutable();
    }

    private static IEnumerable<(string As, string? User)> Credentials(CheckedTenant tenant) =>
        [("nobody", null), ($"{Principals.Portal(tenant.Slug)} with a made-up password", Principals.Portal(tenant.Slug))];

    private async Task<IsolationAttempt> TryAsync(
        IsolationWay way, string what, string target, string? reached, Uri? address, string? body, (string As, string? User) credential, CancellationToken ct)
    {
        IsolationAttempt Seen(string seen, AttemptResult result) => new(way, credential.As, what, target, Wanted, seen, result, time.GetUtcNow())
        {
            Reached = result is AttemptResult.Broken ? reached : null,
        };
        if (address is null)
        {
            return Seen("not observed: no address is configured", AttemptResult.NotObserved);
        }

        try
        {
            using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, address);
            if (credential.User is { } user)
            {
                request.Headers.Authorization = HttpFailures.Basic(user, SecretStore.NewPassword());
            }

            if (body is not null)
            {
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            }

            using var answer = await http.CreateClient(Client).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            return answer.StatusCode switch
            {
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Seen($"refused ({(int)answer.StatusCode})", AttemptResult.Held),
                _ when answer.IsSuccessStatusCode => Seen($"answered ({(int)answer.StatusCode})", AttemptResult.Broken),
                var status => Seen($"not observed: answered {(int)status}", AttemptResult.NotObserved),
            };
        }
        catch (Exception failure) when (HttpFailures.IsUnreachable(failure, ct))
        {
            return Seen("not observed: it does not answer", AttemptResult.NotObserved);
        }
    }
}
