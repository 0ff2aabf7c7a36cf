using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// A user on the three nodes with the rights that <c>deploy/kafka/rights</c> gives the portal, and no others: who docker-compose.yml's portal signs in as.
/// </summary>
public sealed class DeployedRights(SharedKafka kafka) : IAsyncLifetime
{
    private readonly string _user = $"least{Guid.NewGuid().ToString("N")[..10]}";
    private KafkaAdmin? _admin;

    /// <summary>Why there is no cluster; null when there is one.</summary>
    public string? Missing => kafka.Missing;

    /// <summary>How the cluster's administrator signs in.</summary>
    public KafkaOptions Administrator => kafka.Options;

    /// <summary>How the user signs in.</summary>
    public KafkaOptions Options { get; private set; } = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        var clients = Clients(Administrator);
        _admin = new KafkaAdmin(clients, TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
        var principal = new KafkaPrincipal(_user, "a long enough password");
        await _admin.UpsertScramUserAsync(principal, Ct);
        await GiveAsync(Read("pioneer"));
        await Wait.UntilAsync(() => new KafkaSignIn(clients, _admin, TimeProvider.System).IsAcceptedAsync(principal, Ct));
        Options = Administrator.For(principal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_admin is not null)
        {
            await _admin.DeleteAclsOfAsync(_user, CancellationToken.None);
            await _admin.DeleteScramUserAsync(_user, CancellationToken.None);
            _admin.Dispose();
        }
    }

    public static KafkaClients Clients(KafkaOptions options) =>
        new(Microsoft.Extensions.Options.Options.Create(options), NullLogger<KafkaClients>.Instance);

    /// <summary>The rules that the file gives a principal.</summary>
    internal static IEnumerable<AclRule> Read(string principal) =>
        from line in File.ReadLines(RepositoryFolder.Of("deploy", "kafka", "rights"))
        where line.Length > 0 && line[0] != '#'
        let part = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where part[0] == principal
        from operation in part[1].Split(',')
        select new AclRule(
            $"User:{principal}", Enum.Parse<AclOperation>(operation), Enum.Parse<AclResourceType>(part[2]), part[3],
            part.ElementAtOrDefault(4) is "prefixed" ? AclPattern.Prefixed : AclPattern.Literal);

    /// <summary>Gives the user rules that somebody else was meant to have.</summary>
    internal Task GiveAsync(IEnumerable<AclRule> rules) =>
        _admin!.CreateAclsAsync([.. rules.Select(rule => AclMapping.ToBinding(rule with { Principal = $"User:{_user}" }))], Ct);
}
