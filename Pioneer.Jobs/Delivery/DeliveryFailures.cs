using Confluent.Kafka;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Delivery;

/// <summary>Why a stream of a delivery topic ended, for people.</summary>
public static class DeliveryFailures
{
    private const string TryAgain = "Read again from the last event. If it ends the same way, look at the tenant's status and plan.";

    /// <summary>The reason and the way out; null for what is a bug.</summary>
    public static Pioneer.Domain.Error? Explain(Exception failure) => failure switch
    {
        KafkaSignInRefusedException => new Pioneer.Domain.Error("DeliveryRefused", failure.Message, "Reconcile the tenant: its plan restores the portal's credential."),
        KafkaReadRefusedException => new Pioneer.Domain.Error("DeliveryRefused", failure.Message,
            "Look whether the tenant is suspended; otherwise reconcile it: its plan restores its rights."),
        KafkaRequestException => new Pioneer.Domain.Error("DeliveryUnreadable", failure.Message, TryAgain),
        KafkaException kafka => new Pioneer.Domain.Error("DeliveryUnreadable", $"Kafka could not be read: {kafka.Error.Reason} ({kafka.Error.Code}).", TryAgain),
        _ when PlatformErrors.Covers(failure) => PlatformErrors.From(failure),
        _ => null,
    };
}
