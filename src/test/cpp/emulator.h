// Runs the threads of a kernel launch on the CPU, in turns, in one thread of the operating system.
//
// A thread runs until it waits for another; who is next is drawn at random. So are how long copies take, and one
// block of every launch that runs only when no other can. What a GPU's timing hides shows in some draw. What does
// not show: on a GPU others may see writes late or in another order, here everybody sees them at once.
#pragma once
#include <cstdint>

#pragma GCC visibility push(default)
namespace emulator {

struct Place {
  unsigned x;
};

// A thread of the launch, as far as the kernel sees it.
struct Thread {
  Place thread, block;
  char* shared;  // the block's shared memory
};

// The thread that runs.
extern Thread* current;

// Ends the launch with a message.
[[noreturn]] void fail(const char* format, ...);

// Waits until so many threads of the block have come to the barrier of that number.
void syncBlock(int number, unsigned threads);

// Waits for all lanes of the warp.
void syncWarp();

// What the lane whose number differs in `bit` gives.
uint32_t exchange(uint32_t value, int bit);

// What every lane of the warp gives, so many words each, at most MOST_SHARED, one lane's after another's.
constexpr int MOST_SHARED = 6;
void shareAll(const uint32_t* mine, int words, uint32_t* all);

// Lets others run; returns once something that is waited for may have changed.
void pause();

// Says that it has, and sometimes lets others run.
void changed();

// As mbarrier does; a barrier is an offset into shared memory.
unsigned sharedOffset(const void* at);
void initBarrier(unsigned barrier, unsigned arrivals);
void waitBarrier(unsigned barrier, unsigned parity);
void arrive(unsigned barrier, unsigned arrivals, unsigned expectedBytes);
void copy(unsigned to, const void* from, unsigned bytes, unsigned barrier);

// As cp.async does: 16 bytes each, and an arrival when all of the thread's are there, or groups that it waits for itself.
void copyVector(unsigned to, const void* from);
void arriveWhenCopied(unsigned barrier);
void endGroup();
void awaitGroups(unsigned last);

// Of the block that has this number in the cluster: where it has what is at that offset, and what is done there.
unsigned remote(unsigned rank, unsigned offset);
void storeRemote(unsigned at, const void* from, unsigned bytes);
void arriveRemote(unsigned barrier);

typedef void Kernel(const void* argument);

// Launches a kernel in clusters of so many blocks and waits for its end. Null if all went well, else what went wrong.
const char* run(unsigned blocks, unsigned cluster, unsigned threads, unsigned sharedBytes, unsigned seed, Kernel* kernel,
    const void* argument);

}  // namespace emulator
#pragma GCC visibility pop
