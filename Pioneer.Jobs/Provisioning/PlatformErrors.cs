using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Failures of the adapters as errors for people. What can mend itself has the kind <see cref="ErrorKind.Unavailable"/>.</summary>
internal static class PlatformErrors
{
    /// <summary>True for failures of the platform behind the adapters; anything else is a bug and passes on.</summary>
    public static bool Covers(Exception failure) => failure is KafkaUnavailableException or KafkaSignInRefusedException or KafkaRequestException
        or KsqlDbUnavailableException or KsqlDbRequestException or KsqlServiceNotRegisteredException
        or ConnectUnavailableException or ConnectRequestException or SecretMissingException;

    public static Error From(Exception failure) => failure switch
    {
        KafkaUnavailableException => new Error("KafkaUnavailable", failure.Message) { Kind = ErrorKind.Unavailable },
        KsqlDbUnavailableException => new Error("KsqlDbUnavailable", failure.Message) { Kind = ErrorKind.Unavailable },
        ConnectUnavailableException => new Error("ConnectUnavailable", failure.Message) { Kind = ErrorKind.Unavailable },
        KafkaSignInRefusedException refused => new Error("KafkaSignInRefused", failure.Message,
            $"Check the credential of '{refused.Principal}' on the brokers; if its password was changed there, set it again from the portal."),
        KafkaRequestException request => new Error("KafkaRefused", failure.Message, HintFor(request)),
        KsqlDbRequestException request => new Error("KsqlDbRefused", failure.Message,
            request.Code / 100 == 401 ? "Check Ksql:Username and Ksql:Password, or for a server of a tenant's own its Ksql:Credentials." : null),
        KsqlServiceNotRegisteredException => new Error("KsqlServiceNotRegistered", failure.Message),
        ConnectRequestException refused when refused.ServerMessage.Contains("Failed to find any class that implements", StringComparison.Ordinal) =>
            new Error("ConnectPluginMissing", "Kafka Connect has no plug-in for a connector of this kind.", ConnectorPlanning.WayOut),
        ConnectRequestException { Status: 401 } => new Error("ConnectRefused", failure.Message, "Check Connect:Username and Connect:Password."),
        ConnectRequestException => new Error("ConnectRefused", failure.Message, "Check the source's address and the feed's columns."),
        SecretMissingException missing => missing.Error,
        _ => new Error("Unexpected", failure.Message),
    };

    private static string? HintFor(KafkaRequestException failure) => failure.Code switch
    {
        Confluent.Kafka.ErrorCode.ClusterAuthorizationFailed or Confluent.Kafka.ErrorCode.TopicAuthorizationFailed =>
            "Give the principal in Kafka:Username the rights of a provisioner: ALTER on the cluster, and CREATE, ALTER, DELETE on topics.",
        Confluent.Kafka.ErrorCode.InvalidReplicationFactor =>
            "Wait until the brokers that are down are back, or lower the wanted replicas in the platform's settings.",
        Confluent.Kafka.ErrorCode.InvalidConfig or Confluent.Kafka.ErrorCode.PolicyViolation => "Change the feed's topic settings.",
        _ => null,
    };
}
