using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Embedded.Ksql.Kafka;

/// <summary>
/// Deletes groups by requests of our own: librdkafka's frees twice what it holds where the connection to the coordinator ends meanwhile, and the
/// process dies of its heap (its pull request 5397). Rare, so each time on connections of its own. Safe for concurrent use.
/// </summary>
internal sealed class GroupRemoval(KafkaConnection connection, TimeProvider time)
{
    /// <summary>FindCoordinator with any number of groups (KIP-699).</summary>
    private const short FindMany = 4;

    private const sbyte GroupKey = 0;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(150);

    private readonly ImmutableArray<BrokerEndpoint> _brokers = BrokerEndpoint.ParseAll(connection.BootstrapServers);

    /// <summary>Deletes a group with its offsets; one that is gone already is fine. What goes wrong is a <see cref="KafkaException"/>.</summary>
    public async Task DeleteAsync(string group, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(KafkaClients.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        var last = "no answer";
        var refusals = 0;
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    var error = await AttemptAsync(group, _brokers[attempt % _brokers.Length], either.Token);
                    if (!IsPassing(error))
                    {
                        ThrowIfRefused(group, error);
                        return;
                    }

                    last = error.ToString();
                }
                catch (SignInRefusedException refused) when (refusals < attempt || attempt < _brokers.Length - 1)
                {
                    // a node that starts again may refuse everybody until it knows its users
                    (refusals, last) = (refusals + 1, refused.Message);
                }
                catch (SignInRefusedException refused)
                {
                    throw Failure(ErrorCode.SaslAuthenticationFailed, $"Kafka refuses the sign-in of this ksql service: {refused.Reason}", refused);
                }
                catch (UnsupportedRequestException old)
                {
                    throw Failure(ErrorCode.UnsupportedVersion, $"The brokers cannot be asked to delete group '{group}': {old.Message}", old);
                }
                catch (Exception failure) when (failure is IOException or InvalidDataException or ProtocolException)
                {
                    last = failure.Message;
                }

                await Task.Delay(RetryDelay, time, either.Token);
            }
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw Failure(
                ErrorCode.Local_TimedOut, $"Group '{group}' was not deleted within {KafkaClients.CallTimeout.TotalSeconds:0} s: {last}", late);
        }
    }

    private async Task<ErrorCode> AttemptAsync(string group, BrokerEndpoint any, CancellationToken ct)
    {
        using var asked = await BrokerConnection.OpenAsync(any, connection.Settings, ct);
        var found = await asked.SendAsync<FindCoordinatorResponse>(
            new FindCoordinatorRequest { KeyType = GroupKey, CoordinatorKeys = [group] }, FindMany, ct);
        var coordinator = found.Coordinators[0];
        if (coordinator.ErrorCode != 0)
        {
            return (ErrorCode)coordinator.ErrorCode;
        }

        using var told = await OpenCoordinatorAsync(new BrokerEndpoint(coordinator.Host, coordinator.Port), ct);
        var answer = await told.SendAsync<DeleteGroupsResponse>(new DeleteGroupsRequest { GroupsNames = [group] }, 0, ct);
        return (ErrorCode)answer.Results[0].ErrorCode;
    }

    /// <summary>Another node has let us in by then, so this one's refusal passes.</summary>
    private async Task<BrokerConnection> OpenCoordinatorAsync(BrokerEndpoint coordinator, CancellationToken ct)
    {
        try
        {
            return await BrokerConnection.OpenAsync(coordinator, connection.Settings, ct);
        }
        catch (SignInRefusedException refused)
        {
            throw new IOException($"its coordinator {coordinator} does not let us in: {refused.Message}", refused);
        }
    }

    /// <summary>A coordinator that moves or loads.</summary>
    private static bool IsPassing(ErrorCode error) => error is ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup
        or ErrorCode.GroupLoadInProgress or ErrorCode.RequestTimedOut;

    private static void ThrowIfRefused(string group, ErrorCode error)
    {
        if (error is not (ErrorCode.NoError or ErrorCode.GroupIdNotFound))
        {
            throw Failure(error, $"Group '{group}' is not deleted: {new Error(error).Reason}", null);
        }
    }

    private static KafkaException Failure(ErrorCode error, string reason, Exception? inner) => new(new Error(error, reason), inner);
}
